/** `oc-<id>-<secret>`: the id finds the key, the secret proves it. */
const PREFIX = 'oc-'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const SMALL_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const ID_LENGTH = 14
/** So many of 62 letters are 256 bits. */
const SECRET_LENGTH = 43

interface KeyText {
  id: string
  secret: string
}

/** Takes a key apart; undefined for what has not the form of one, whoever made it. */
export function readKeyText(shown: string): KeyText | undefined {
  const length = PREFIX.length + ID_LENGTH + 1 + SECRET_LENGTH
  if (shown.length !== length || !shown.startsWith(PREFIX)) return undefined
  const end = PREFIX.length + ID_LENGTH
  if (shown[end] !== '-') return undefined
  return { id: shown.slice(PREFIX.length, end), secret: shown.slice(end + 1) }
}

export const keyText = ({ id, secret }: KeyText): string => `${PREFIX}${id}-${secret}`

export const newKeyId = () => randomLetters(SMALL_LETTERS, ID_LENGTH)
export const newSecret = () => randomLetters(LETTERS, SECRET_LENGTH)

/** Every letter as likely as every other: bytes that would favour the first ones are thrown away. */
function randomLetters(letters: string, length: number): string {
  const fair = 256 - (256 % letters.length)
  let text = ''
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < fair && text.length < length) text += letters[byte % letters.length]
    }
  }
  return text
}
