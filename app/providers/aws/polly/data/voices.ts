import { type PollyVoice, readVoices } from '../voice.ts'

/**
 * What DescribeVoices told: ids and languages from the service model of August 2026, genders and engines from
 * AWS's public table of voices as of September 2026. The list AWS gives for a region is better where it can be
 * asked for. `Id:` is followed by F or M and the engines: standard, neural, long-form, generative.
 */
const TABLE: Readonly<Record<string, string>> = {
  'ar-AE': 'Hala:Fn Zayd:Mn',
  arb: 'Zeina:Fs',
  'ca-ES': 'Arlet:Fn',
  'cmn-CN': 'Zhiyu:Fsn',
  'cs-CZ': 'Jitka:Fn',
  'cy-GB': 'Gwyneth:Fs',
  'da-DK': 'Mads:Ms Naja:Fs Sofie:Fn',
  'de-AT': 'Hannah:Fng',
  'de-CH': 'Sabrina:Fn',
  'de-DE': 'Daniel:Mng Hans:Ms Lennart:Mg Marlene:Fs Vicki:Fsng',
  'en-AU': 'Nicole:Fs Olivia:Fng Russell:Ms',
  'en-GB': 'Amy:Fsng Arthur:Mn Brian:Msng Emma:Fsn',
  'en-GB-WLS': 'Geraint:Ms',
  'en-IE': 'Niamh:Fng',
  'en-IN': 'Aditi:Fs+hi-IN Kajal:Fng+hi-IN Raveena:Fs',
  'en-NZ': 'Aria:Fng',
  'en-SG': 'Jasmine:Fng',
  'en-US':
    'Danielle:Fnlg Gregory:Mnl Ivy:Fsn Joanna:Fsng Joey:Msn Justin:Msn Kendra:Fsn Kevin:Msn Kimberly:Fsn Matthew:Msng Ruth:Fnlg Salli:Fsng Stephen:Mng Tiffany:Fg',
  'en-ZA': 'Ayanda:Fng',
  'es-ES': 'Conchita:Fs Enrique:Ms Lucia:Fsng Sergio:Mng',
  'es-MX': 'Andres:Mng Mia:Fsng',
  'es-US': 'Lupe:Fsng Miguel:Ms Pedro:Mng Penelope:Fs',
  'fi-FI': 'Suvi:Fn',
  'fr-BE': 'Isabelle:Fng',
  'fr-CA': 'Chantal:Fs Gabrielle:Fng Liam:Mng',
  'fr-FR': 'Ambre:Fg Celine:Fs Florian:Mg Lea:Fsng Mathieu:Ms Remi:Mng',
  'is-IS': 'Dora:Fs Karl:Ms',
  'it-IT': 'Adriano:Mn Beatrice:Fg Bianca:Fsng Carla:Fs Giorgio:Ms Lorenzo:Mg',
  'ja-JP': 'Kazuha:Fn Mizuki:Fs Takumi:Msn Tomoko:Fn',
  'ko-KR': 'Jihye:Fn Seoyeon:Fsng',
  'nb-NO': 'Ida:Fn Liv:Fs',
  'nl-BE': 'Lisa:Fng',
  'nl-NL': 'Laura:Fng Lotte:Fs Ruben:Ms',
  'pl-PL': 'Ewa:Fs Jacek:Ms Jan:Ms Maja:Fs Ola:Fng',
  'pt-BR': 'Camila:Fsng Ricardo:Ms Thiago:Mn Vitoria:Fsn',
  'pt-PT': 'Cristiano:Ms Ines:Fsn',
  'ro-RO': 'Carmen:Fs',
  'ru-RU': 'Maxim:Ms Tatyana:Fs',
  'sv-SE': 'Astrid:Fs Elin:Fn',
  'tr-TR': 'Burcu:Fn Filiz:Fs',
  'yue-CN': 'Hiujin:Fn',
}

export const shippedVoices = (): PollyVoice[] => readVoices(TABLE)
