import { GatewayError } from '../errors.ts'
import type { MediaSources } from '../ports/media-sources.ts'
import type { Services } from '../ports/services.ts'
import { storedFiles } from './files.ts'

/** Stored files as attachments of requests. */
export function fileSource(services: Pick<Services, 'objects'>): NonNullable<MediaSources['file']> {
  return async (id, owner, { maxBytes }) => {
    const files = storedFiles(services, owner)
    const file = await files.find(id).catch(unplaced)
    if (file.size > maxBytes) {
      throw new GatewayError(
        'too-large',
        `The file ${id} has ${file.size} bytes; ${maxBytes} are read for a request at most.`,
      )
    }
    const bytes = new Uint8Array(await new Response(await files.open(file)).arrayBuffer())
    return { bytes, mediaType: file.mediaType, name: file.name }
  }
}

/** The place of the id is another in every request that names one. */
function unplaced(thrown: unknown): never {
  if (!(thrown instanceof GatewayError)) throw thrown
  throw new GatewayError(thrown.code, thrown.message, { cause: thrown.cause })
}
