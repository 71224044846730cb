/** How a framework's request is read. One for each framework, not one for each request. */
export interface RequestReader<Request> {
  /** In capital letters. */
  method(request: Request): string;
  /** The value of a header with a lower-case name; several values as one list. */
  header(request: Request, name: string): string | undefined;
  /** The address at the other end of the connection; undefined where it has none or none is told. */
  peerAddress(request: Request): string | undefined;
  /** The pattern of the route that took the request, from the root of the application; undefined: none did. */
  route(request: Request): string | undefined;
  /** The values of the pattern's parameters, decoded. */
  parameters(request: Request): Readonly<Record<string, unknown>>;
  /** The body as the application has read it; undefined when it has not. */
  requestBody(request: Request): unknown;
}
