import { textOfBytes } from '../../codecs/bytes/byte-text.ts'
import type { ByteReplyEncoder, ReplyEncoder } from '../../dialects/dialect.ts'

/** Binary frames as a text of one character a byte, so that they go the way of all frames. */
export function inByteText(encoder: ByteReplyEncoder): ReplyEncoder {
  return {
    write: (events, choice) => textOfBytes(encoder.write(events, choice)),
    end: () => textOfBytes(encoder.end()),
    fail: (error) => textOfBytes(encoder.fail(error)),
    // A binary stream has no frame that means nothing.
    keepAlive: '',
  }
}
