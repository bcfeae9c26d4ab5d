/** A piece of a document that a knowledge base gives back. */
export interface Passage {
  /** Empty where it is no text and has none. */
  text: string
  /** `text` when absent. */
  kind?: 'image' | 'row' | 'audio' | 'video'
  /** A data URL, of images. */
  data?: string
  /** Where a person finds the document: an address, or its id. */
  uri?: string
  title?: string
  /** How well it fits, 0 to 1; absent where nobody said. */
  score?: number
  /** By whoever keeps it, in their words. */
  location?: Readonly<Record<string, unknown>>
  metadata?: Readonly<Record<string, unknown>>
  documentId?: string
}

/** Which words of an answer rest on which passages. Offsets in UTF-16 units, the end exclusive. */
export interface GroundedSpan {
  text: string
  start: number
  end: number
  passages: readonly Passage[]
}

/** How a knowledge base shall be searched. */
export interface KnowledgeSearch {
  /** Passages wanted at most, 1 to 100. */
  results?: number
  /** Passages that score less are left out, 0 to 1. */
  minimumScore?: number
  manner?: 'hybrid' | 'semantic'
  /** A condition on the documents' metadata: `{equals: {key, value}}`, `{andAll: [...]}`. */
  filter?: Readonly<Record<string, unknown>>
  /** Knobs only one keeper knows, in its words. */
  native?: Readonly<Record<string, unknown>>
}

/** What a knowledge base shall be asked before the model is. */
export interface KnowledgeWish extends KnowledgeSearch {
  /** Absent leaves the choice to the server, which may have none. */
  base?: string
  /** Without a `base`: ask only when the caller's words want it. */
  auto?: boolean
  /** `inline` writes the sources under the answer and annotates it, `apart` leaves its words alone. */
  citations: 'inline' | 'apart'
  /** Present where the keeper of the knowledge is to answer by itself, if it can. */
  generation?: {
    session?: string
    /** In the keeper's words. */
    native?: Readonly<Record<string, unknown>>
  }
  /** The caller's names of all this, in case it has no effect. */
  params: readonly string[]
}

/** What a knowledge base knew, once it was asked. */
export interface Grounding {
  base: string
  /** False where the caller's words did not want it. */
  used: boolean
  /** In the order of their numbers, the best first. */
  passages: readonly Passage[]
  citations: KnowledgeWish['citations']
  /** The text that was put in front of the caller's words. */
  context?: string
}

/** What an answer tells of the knowledge it rests on. */
export interface KnowledgeReport {
  base: string
  used: boolean
  /** Passages the model was given; absent where nobody tells. */
  retrieved?: number
  spans: readonly GroundedSpan[]
  citations: KnowledgeWish['citations']
  /** By which the keeper remembers what was said. */
  session?: string
}
