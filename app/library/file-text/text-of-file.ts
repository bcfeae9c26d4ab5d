import { isTextual } from '../../codecs/media/media-type.ts'
import { entryOf } from '../../codecs/table.ts'
import { textOfCsv } from './csv.ts'
import { textOfHtml } from './html.ts'
import { textOfJson } from './json.ts'
import { textOfXml } from './xml.ts'

/** A text with the name of the file it stood in. Every letter of the content is in what is made of it, but HTML's tags. */
type Rendering = (name: string, content: string) => string

const RENDERINGS: Readonly<Record<string, Rendering>> = {
  'text/csv': textOfCsv,
  'application/json': textOfJson,
  'application/xml': textOfXml,
  'text/html': textOfHtml,
}

/** The file as a model can read it in a prompt; undefined when it is no text. Throws `invalid-request` on XML that declares entities. */
export function textOfFile(
  name: string,
  bytes: Uint8Array,
  mediaType: string | undefined,
): string | undefined {
  if (mediaType === undefined || !(isTextual(mediaType) || mediaType.endsWith('+xml'))) {
    return undefined
  }
  const content = decodeText(bytes)
  const type = mediaType.endsWith('+xml') ? 'application/xml' : mediaType
  return (entryOf(RENDERINGS, type) ?? plain)(name, content)
}

const plain: Rendering = (_, content) => content

/** By its byte order mark, else UTF-8, else what Windows wrote before. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
