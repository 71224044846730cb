/** What of a page's globals is used; a worker or an edge runtime has none of it. */
export interface PageGlobals {
  readonly document?: {
    readonly visibilityState: string;
    addEventListener(type: string, listener: () => void): void;
    removeEventListener(type: string, listener: () => void): void;
  };
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

/**
 * Delivers when a page is hidden or left: `visibilitychange` is the last event that every browser is sure to fire, and
 * `pagehide` covers the older ones that skip it.
 *
 * @returns what takes the listeners away
 */
export function deliverWhenHidden(deliver: () => void, page: PageGlobals): () => void {
  const { document } = page;
  if (document === undefined) return () => undefined;
  const onVisibility = () => {
    if (document.visibilityState === 'hidden') deliver();
  };
  document.addEventListener('visibilitychange', onVisibility);
  page.addEventListener?.('pagehide', deliver);
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    page.removeEventListener?.('pagehide', deliver);
  };
}
