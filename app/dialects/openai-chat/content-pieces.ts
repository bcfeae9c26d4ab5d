/** An assistant's message, or one delta of it. */
interface Said {
  content?: unknown
  reasoning_content?: string | null
}

interface Piece {
  type?: unknown
  text?: unknown
  thinking?: unknown
}

/**
 * Mistral's reasoning models send content as a list of pieces (docs.mistral.ai, Reasoning), which OpenAI's clients
 * cannot read. Makes it a string, with the thoughts in `reasoning_content`. True if anything was changed.
 */
export function withPlainContent(said: Said): boolean {
  const { content } = said
  if (!Array.isArray(content)) return false
  let text = ''
  let thought = ''
  for (const piece of content as (Piece | null)[]) {
    if (piece?.type === 'thinking') thought += textIn(piece.thinking)
    else if (typeof piece?.text === 'string') text += piece.text
  }
  said.content = text || null
  if (thought) said.reasoning_content = `${said.reasoning_content ?? ''}${thought}`
  return true
}

/** A thought is a text, or a list of pieces again. */
function textIn(thinking: unknown): string {
  if (typeof thinking === 'string') return thinking
  if (!Array.isArray(thinking)) return ''
  const pieces = thinking as (Piece | null)[]
  return pieces.map((piece) => (typeof piece?.text === 'string' ? piece.text : '')).join('')
}
