/** The key of `metadata` that says what was found in an event. Only the server writes it, so clients may not. */
export const DETECTED_KEY = '$detected';
