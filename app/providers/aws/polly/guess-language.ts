/** Scripts that one language uses more than others; the first that is found decides. */
const SCRIPTS: readonly [language: string, letters: RegExp][] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['ko', /\p{Script=Hangul}/u],
  ['zh', /\p{Script=Han}/u],
  ['ar', /\p{Script=Arabic}/u],
  ['ru', /\p{Script=Cyrillic}/u],
  ['hi', /\p{Script=Devanagari}/u],
]

/** Small words by which a text in Latin letters shows its language. */
const WORDS: Readonly<Record<string, string>> = {
  en: 'the and is are you of to in that it this for with not be',
  de: 'der die das und ist nicht ein eine ich wir auf mit für sind zu',
  fr: 'le les et est une des vous je pour dans avec du que qui pas',
  es: 'el los las y es una qué que por para con del está son muy',
  it: 'il gli è una che per sono con della come di non questo anche',
  pt: 'o os é uma que não para você com do da como mais são em',
  nl: 'het een en van ik niet dat wat hoe voor met zijn is op',
  sv: 'och att det är en ett som på inte jag med för av',
  da: 'og at det er en et som på ikke jeg med for af',
  no: 'og at det er en et som på ikke jeg med for av',
  pl: 'i w nie na to jest się że do z jak co',
  tr: 've bir bu için ile de da çok ne var',
  fi: 'ja on ei se että oli en mutta kun niin',
  ro: 'și este în nu un o la pe cu că',
  cs: 'a je se v na to že s jsem jak',
  ca: 'el els i és una que per amb del no',
}

const LOOKED_AT = 500
const ENOUGH = 2

/** The language of a text by its letters and small words, where nobody better can be asked; undefined in doubt. */
export function guessLanguage(text: string): string | undefined {
  const beginning = text.slice(0, LOOKED_AT).toLowerCase()
  const script = SCRIPTS.find(([, letters]) => letters.test(beginning))
  if (script) return script[0]
  const words = new Set(beginning.match(/\p{L}+/gu) ?? [])
  let best: { language?: string; count: number } = { count: ENOUGH - 1 }
  for (const [language, small] of Object.entries(WORDS)) {
    const count = small.split(' ').filter((word) => words.has(word)).length
    if (count > best.count) best = { language, count }
  }
  return best.language
}
