/** Scripts that (almost) only one language uses, and those shared by many. The order decides. */
const SCRIPTS: [name: string, letters: RegExp][] = [
  ['Japanese', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['Korean', /\p{Script=Hangul}/u],
  ['Chinese', /\p{Script=Han}/u],
  ['Greek', /\p{Script=Greek}{3}/u],
  ['Hebrew', /\p{Script=Hebrew}/u],
  ['Thai', /\p{Script=Thai}/u],
  ['Arabic letters', /\p{Script=Arabic}/u],
  ['Cyrillic letters', /\p{Script=Cyrillic}/u],
  ['Devanagari letters', /\p{Script=Devanagari}/u],
]

/** Small words that are frequent in one language and rare in the others. */
const SMALL_WORDS: [name: string, words: RegExp][] = [
  ['German', /^(der|das|und|ist|nicht|ein|eine|wie|ich|wir|auf|mit|für|bitte|sind|zu|warum)$/],
  ['French', /^(le|les|et|est|une|des|vous|je|quel|quelle|pour|dans|avec|bonjour|du|pourquoi)$/],
  ['Spanish', /^(el|los|las|y|es|una|qué|que|por|para|cómo|hola|con|del|cuál|está)$/],
  ['Italian', /^(il|gli|è|una|che|per|sono|ciao|con|della|come|qual|perché|di)$/],
  ['Portuguese', /^(o|os|é|uma|que|não|para|você|olá|com|do|da|como|qual|está)$/],
  ['Dutch', /^(het|een|en|van|ik|niet|dat|wat|hoe|voor|met|zijn|hallo|waarom)$/],
]

const LOOKED_AT = 500
const ENOUGH_WORDS = 3

/** The language of a text where that is plain at a glance and not English. */
export function languageOf(text: string): string | undefined {
  const beginning = text.slice(0, LOOKED_AT).toLowerCase()
  const script = SCRIPTS.find(([, letters]) => letters.test(beginning))
  if (script) return script[0]

  const words = beginning.match(/\p{L}+/gu) ?? []
  const [first, second] = SMALL_WORDS.map(([name, small]) => ({
    name,
    count: new Set(words.filter((word) => small.test(word))).size,
  })).sort((one, other) => other.count - one.count)
  return first!.count >= ENOUGH_WORDS && first!.count > second!.count ? first!.name : undefined
}
