import { type Guarding, screened, type Told } from '../guarded.ts'

/** A text, or an object that its model reads as one. */
type Document = string | Readonly<Record<string, unknown>>

interface ToldOfDocuments extends Told {
  documents: readonly Document[]
}

/** As `screened`; of a document that is an object, names and numbers are judged as well. */
export async function screenedDocuments(
  told: ToldOfDocuments,
  guarding: Guarding,
): Promise<ToldOfDocuments> {
  const { documents } = told
  const written = documents.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
  const asked = { ...told, texts: [...told.texts, ...written] }
  const judged = await screened(asked, guarding)
  if (judged === asked) return told
  const first = told.texts.length
  return {
    texts: judged.texts.slice(0, first),
    extras: judged.extras,
    documents: judged.texts.slice(first).map((text, at) => documentOf(text, documents[at]!)),
  }
}

/** A masked document; where a mask has broken its form, it is a text. */
function documentOf(text: string, original: Document): Document {
  if (typeof original === 'string') return text
  try {
    return JSON.parse(text) as Exclude<Document, string>
  } catch {
    return text
  }
}
