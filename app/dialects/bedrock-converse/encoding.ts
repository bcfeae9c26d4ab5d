import type { ModelCard } from '../../ports/models.ts'
import type { DocumentNames } from './document-names.ts'
import type { ToolNames } from './tool-names.ts'

/** For whom a request is made, and where to note, in our words, what it could not carry. */
export interface Asking {
  card: ModelCard
  ignore(what: string): void
}

/** What the encoders of one request share. */
export interface Encoding extends Asking {
  names: ToolNames
  callId(id: string): string
  documents: DocumentNames
  /** Tools (wire names) whose arguments are wrapped. */
  wrapped: ReadonlySet<string>
}
