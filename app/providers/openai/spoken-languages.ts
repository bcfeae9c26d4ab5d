import { entryOf } from '../../codecs/table.ts'

/** What Whisper hears, by ISO 639 (https://github.com/openai/whisper, tokenizer.py, November 2026). */
const CODES =
  'en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su yue'

/** Names Whisper uses where the languages' registry has others. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'haitian creole': 'ht',
  myanmar: 'my',
  tagalog: 'tl',
  nynorsk: 'nn',
  javanese: 'jw',
  pashto: 'ps',
  punjabi: 'pa',
  sinhala: 'si',
  chinese: 'zh',
  cantonese: 'yue',
}

/** The code of a language that is named in English, as OpenAI names it; a code is its own. */
export function languageCode(name: string): string | undefined {
  const plain = name.trim().toLowerCase()
  const codes = CODES.split(' ')
  if (codes.includes(plain) || /^[a-z]{2,3}-/.test(plain)) return name.trim()
  const names = new Intl.DisplayNames(['en'], { type: 'language' })
  return (
    entryOf(OTHER_NAMES, plain) ?? codes.find((code) => names.of(code)?.toLowerCase() === plain)
  )
}
