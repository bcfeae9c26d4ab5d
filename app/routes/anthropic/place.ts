/** Where a route stands: below a prefix, and again at the root. */
export interface Place {
  prefix: string
  /** The name of an operation there; names are unique in the document. */
  name(operation: string): string
}
