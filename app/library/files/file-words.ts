import { sniffBytes } from '../../codecs/media/media-type.ts'
import type { Config } from '../../config.ts'
import { GatewayError } from '../../errors.ts'
import type { MediaSources } from '../../ports/media-sources.ts'
import { textOfFile } from '../file-text/text-of-file.ts'

/** Reads the words of stored files, each for its owner; `text` is undefined for what is no text. Throws `not-found`. */
export function fileWords(media: Pick<MediaSources, 'file'>, config: Config) {
  return async (
    id: string,
    { owner, signal }: { owner: string; signal: AbortSignal },
  ): Promise<{ name: string; text: string | undefined }> => {
    if (!media.file) {
      throw new GatewayError('feature-unavailable', 'No store for files is configured here.')
    }
    const timeout = config.INPUT_URL_TIMEOUT * 1000
    const options = { maxBytes: config.MAX_INPUT_FILE_SIZE, timeout, signal }
    const { bytes, mediaType, name = id } = await media.file(id, owner, options)
    return { name, text: textOfFile(name, bytes, sniffBytes(bytes, mediaType)) }
  }
}
