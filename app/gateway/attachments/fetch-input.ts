import { decodeBase64 } from '../../codecs/base64.ts'
import type { MediaSource } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import type { Services } from '../../ports/services.ts'
import type { FetchedFile } from '../../ports/web-fetch.ts'

/** The bytes a JSON request names or holds, for routes that keep files. Stored files are no source of new ones. */
export async function fetchInput(
  source: MediaSource,
  { config, media }: Pick<Services, 'config' | 'media'>,
  param: string,
): Promise<FetchedFile> {
  const timeout = config.INPUT_URL_TIMEOUT * 1000
  const signal = AbortSignal.timeout(timeout)
  const options = { maxBytes: config.MAX_INPUT_FILE_SIZE, timeout, signal }
  switch (source.kind) {
    case 'base64':
      return { bytes: decodeBase64(source.data) }
    case 'text':
      return { bytes: new TextEncoder().encode(source.text) }
    case 'url':
      if (media.web) return media.web(source.url, options)
      throw refused('URLs are not fetched here.', param)
    case 's3':
      if (media.s3) return media.s3(source.uri, options)
      throw refused('S3 is not read here: no AWS is configured.', param)
    case 'file':
      throw refused('This is a stored file already.', param)
  }
}

const refused = (message: string, param: string) =>
  new GatewayError('invalid-request', message, { param, reason: 'invalid_value' })
