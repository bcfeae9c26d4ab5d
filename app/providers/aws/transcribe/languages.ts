import { entryOf } from '../../../codecs/table.ts'
import { GatewayError } from '../../../errors.ts'

/** What jobs understand (service model of transcribe, LanguageCode, August 2026). */
const BATCH =
  'ab-GE af-ZA am-ET ar-AE ar-SA ast-ES az-AZ ba-RU be-BY bg-BG bn-IN bs-BA ca-ES ckb-IQ ckb-IR cs-CZ cy-GB cy-WL da-DK de-CH de-DE el-GR en-AB en-AU en-GB en-IE en-IN en-NZ en-US en-WL en-ZA es-ES es-MX es-US et-EE et-ET eu-ES fa-AF fa-IR fi-FI fr-CA fr-FR ga-IE gd-GB gl-ES gu-IN ha-NG he-IL hi-IN hr-HR ht-HT hu-HU hy-AM id-ID is-IS it-IT ja-JP jv-ID ka-GE kab-DZ kk-KZ km-KH kn-IN ko-KR ky-KG lg-IN lt-LT lv-LV mhr-RU mi-NZ mk-MK ml-IN mn-MN mr-IN ms-MY mt-MT my-MM ne-NP nl-NL no-NO or-IN pa-IN pl-PL ps-AF pt-BR pt-PT ro-RO ru-RU rw-RW si-LK sk-SK sl-SI so-SO sq-AL sr-RS su-ID sv-SE sw-BI sw-KE sw-RW sw-TZ sw-UG ta-IN te-IN th-TH tl-PH tr-TR tt-RU ug-CN uk-UA uz-UZ vi-VN wo-SN zh-CN zh-HK zh-TW zu-ZA'

/** What streams understand (Smithy model of transcribe-streaming, LanguageCode, April 2025). */
const STREAMING =
  'af-ZA ar-AE ar-SA ca-ES cs-CZ da-DK de-CH de-DE el-GR en-AB en-AU en-GB en-IE en-IN en-NZ en-US en-WL en-ZA es-ES es-US eu-ES fa-IR fi-FI fr-CA fr-FR gl-ES he-IL hi-IN hr-HR id-ID it-IT ja-JP ko-KR lv-LV ms-MY nl-NL no-NO pl-PL pt-BR pt-PT ro-RO ru-RU sk-SK so-SO sr-RS sv-SE th-TH tl-PH uk-UA vi-VN zh-CN zh-HK zh-TW zu-ZA'

export const BATCH_LANGUAGES: readonly string[] = BATCH.split(' ')
export const STREAMING_LANGUAGES: readonly string[] = STREAMING.split(' ')

/** Of several countries with one language, the one most recordings come from; and OpenAI's words for languages. */
const USUAL: Readonly<Record<string, string>> = {
  ar: 'ar-SA',
  de: 'de-DE',
  en: 'en-US',
  es: 'es-US',
  fa: 'fa-IR',
  fr: 'fr-FR',
  it: 'it-IT',
  nb: 'no-NO',
  nl: 'nl-NL',
  pt: 'pt-BR',
  sw: 'sw-KE',
  yue: 'zh-HK',
  zh: 'zh-CN',
  fil: 'tl-PH',
  jw: 'jv-ID',
}

/** Transcribe's code for a language as callers write it; undefined where it has none. */
export function codeOf(wanted: string, codes: readonly string[]): string | undefined {
  const plain = wanted.trim().replace('_', '-').toLowerCase()
  const exact = codes.find((code) => code.toLowerCase() === plain)
  if (exact) return exact
  const family = plain.split('-', 1)[0]!
  const usual = entryOf(USUAL, family)
  if (usual !== undefined && codes.includes(usual)) return usual
  return codes.find((code) => code.toLowerCase().split('-', 1)[0] === family)
}

/** The same, throwing 400 with what there is. */
export function requireCode(wanted: unknown, param: string): string {
  const code = typeof wanted === 'string' ? codeOf(wanted, BATCH_LANGUAGES) : undefined
  if (code !== undefined) return code
  throw new GatewayError(
    'invalid-request',
    `Invalid '${param}': Amazon Transcribe does not know '${wanted}'. These are known: ${BATCH_LANGUAGES.join(', ')}.`,
    { param, reason: 'invalid_value' },
  )
}
