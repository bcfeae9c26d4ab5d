import { decodeBase64, encodeBase64, normaliseBase64 } from '../codecs/bytes/base64.ts'

/** A thought with all that its model needs back. */
interface SealedThought {
  text: string
  signature?: string
  redacted?: string
}

/**
 * What we call sealed (`encrypted_content`, the signature of a thought nobody wants to see) is no secret: it packs
 * what the model signed, so that clients who keep nothing else can bring a thought back unchanged. The marks tell it
 * from what other servers wrote.
 */
const THOUGHT = 'oct1.'
const SUMMARY = 'ocs1.'

/** Undefined where nothing but plain text would be in it. */
export function sealThought({ text, signature, redacted }: SealedThought): string | undefined {
  if (signature === undefined && redacted === undefined) return undefined
  return THOUGHT + pack({ text, signature, redacted })
}

/** Undefined for what others sealed. */
export function openThought(sealed: string): SealedThought | undefined {
  const found = unpack(sealed, THOUGHT)
  return found && typeof found['text'] === 'string'
    ? {
        text: found['text'],
        ...(typeof found['signature'] === 'string' && { signature: found['signature'] }),
        ...(typeof found['redacted'] === 'string' && { redacted: found['redacted'] }),
      }
    : undefined
}

/** The summary of a conversation, for a compaction item. */
export const sealSummary = (summary: string): string => SUMMARY + pack({ summary })

/** Undefined for what others sealed. */
export function openSummary(sealed: string): string | undefined {
  const summary = unpack(sealed, SUMMARY)?.['summary']
  return typeof summary === 'string' ? summary : undefined
}

const pack = (value: object): string =>
  encodeBase64(new TextEncoder().encode(JSON.stringify(value)))

function unpack(sealed: string, mark: string): Record<string, unknown> | undefined {
  if (!sealed.startsWith(mark)) return undefined
  const base64 = normaliseBase64(sealed.slice(mark.length))
  if (base64 === undefined) return undefined
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(decodeBase64(base64)))
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    // Damaged on its way: it counts as somebody else's, which nobody here can read.
    return undefined
  }
}
