/** Installed beside version 5 under this name; what the tests use of it is the same in both. */
declare module 'express4' {
  import express from 'express';
  export default express;
}
