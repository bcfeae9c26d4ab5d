/** A sound at rest. Frequencies and bandwidths in hertz. */
export interface Sound {
  kind: 'vowel' | 'glide' | 'nasal' | 'stop' | 'hiss' | 'affricate' | 'breath' | 'silence'
  /** The lowest three resonances of the mouth, and how broad they are. */
  formants: readonly [number, number, number]
  widths: readonly [number, number, number]
  /** Where a sound that changes ends. */
  goal?: readonly [number, number, number]
  /** Milliseconds. */
  length: number
  voiced: boolean
  /** Of noise made at the lips or teeth: where it is loudest, how broad, how loud. */
  noise?: { centre: number; width: number; level: number }
}

const vowel = (formants: Sound['formants'], length: number, goal?: Sound['formants']): Sound => ({
  kind: 'vowel',
  formants,
  widths: [60, 90, 150],
  length,
  voiced: true,
  ...(goal && { goal }),
})

const glide = (formants: Sound['formants'], length: number): Sound => ({
  kind: 'glide',
  formants,
  widths: [60, 90, 150],
  length,
  voiced: true,
})

const nasal = (formants: Sound['formants']): Sound => ({
  kind: 'nasal',
  formants,
  widths: [100, 300, 300],
  length: 75,
  voiced: true,
})

const stop = (
  formants: Sound['formants'],
  voiced: boolean,
  noise: NonNullable<Sound['noise']>,
): Sound => ({ kind: 'stop', formants, widths: [80, 120, 180], length: 70, voiced, noise })

const hiss = (
  formants: Sound['formants'],
  voiced: boolean,
  noise: NonNullable<Sound['noise']>,
): Sound => ({
  kind: 'hiss',
  formants,
  widths: [120, 120, 200],
  length: voiced ? 80 : 110,
  voiced,
  noise,
})

/**
 * English sounds by their names in ARPABET. Resonances from D. Klatt, "Software for a cascade/parallel formant
 * synthesizer", J. Acoust. Soc. Am. 67 (1980), tables II and III; lengths and noises are ours, by ear and spectrum.
 */
export const SOUNDS: Readonly<Record<string, Sound>> = {
  IY: vowel([310, 2020, 2960], 120, [290, 2070, 2960]),
  IH: vowel([400, 1800, 2570], 90, [470, 1600, 2600]),
  EY: vowel([480, 1720, 2520], 150, [330, 2020, 2600]),
  EH: vowel([530, 1680, 2500], 110, [620, 1530, 2530]),
  AE: vowel([620, 1660, 2430], 140, [650, 1490, 2470]),
  AA: vowel([700, 1220, 2600], 140),
  AO: vowel([600, 990, 2570], 140, [630, 1040, 2600]),
  AH: vowel([620, 1220, 2550], 100),
  OW: vowel([540, 1100, 2300], 150, [450, 900, 2300]),
  UH: vowel([450, 1100, 2350], 95, [500, 1180, 2390]),
  UW: vowel([350, 1250, 2200], 130, [320, 900, 2200]),
  ER: vowel([470, 1270, 1540], 130, [420, 1310, 1540]),
  AX: vowel([500, 1400, 2500], 65),
  AY: vowel([660, 1200, 2550], 190, [400, 1880, 2500]),
  AW: vowel([640, 1230, 2550], 190, [420, 940, 2350]),
  OY: vowel([550, 960, 2400], 200, [360, 1820, 2450]),
  W: glide([290, 610, 2150], 65),
  Y: glide([260, 2070, 3020], 60),
  R: glide([310, 1060, 1380], 70),
  L: glide([310, 1050, 2880], 65),
  M: nasal([480, 1000, 2130]),
  N: nasal([480, 1340, 2470]),
  NG: nasal([480, 2000, 2900]),
  P: stop([400, 900, 2150], false, { centre: 1200, width: 2500, level: 0.28 }),
  B: stop([200, 900, 2150], true, { centre: 1000, width: 2000, level: 0.16 }),
  T: stop([400, 1700, 2600], false, { centre: 4200, width: 2400, level: 0.5 }),
  D: stop([200, 1700, 2600], true, { centre: 3900, width: 2400, level: 0.26 }),
  K: stop([300, 1990, 2700], false, { centre: 1900, width: 800, level: 0.5 }),
  G: stop([200, 1990, 2700], true, { centre: 1900, width: 900, level: 0.26 }),
  F: hiss([340, 1100, 2080], false, { centre: 6000, width: 9000, level: 0.1 }),
  V: hiss([220, 1100, 2080], true, { centre: 6000, width: 9000, level: 0.05 }),
  TH: hiss([320, 1290, 2540], false, { centre: 7000, width: 7000, level: 0.09 }),
  DH: hiss([270, 1290, 2540], true, { centre: 7000, width: 7000, level: 0.035 }),
  S: hiss([320, 1390, 2530], false, { centre: 6200, width: 2400, level: 0.34 }),
  Z: hiss([240, 1390, 2530], true, { centre: 6200, width: 2400, level: 0.15 }),
  SH: hiss([300, 1840, 2750], false, { centre: 2900, width: 1500, level: 0.36 }),
  ZH: hiss([250, 1840, 2750], true, { centre: 2900, width: 1500, level: 0.16 }),
  CH: {
    ...hiss([350, 1800, 2820], false, { centre: 3100, width: 1600, level: 0.42 }),
    kind: 'affricate',
    length: 85,
  },
  JH: {
    ...hiss([260, 1800, 2820], true, { centre: 3100, width: 1600, level: 0.2 }),
    kind: 'affricate',
    length: 70,
  },
  HH: {
    kind: 'breath',
    formants: [500, 1500, 2500],
    widths: [200, 200, 250],
    length: 65,
    voiced: false,
  },
}

export const SILENCE: Sound = {
  kind: 'silence',
  formants: [500, 1500, 2500],
  widths: [100, 120, 200],
  length: 100,
  voiced: false,
}
