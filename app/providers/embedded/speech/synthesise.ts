import { type Phase, planSpeech } from './plan-speech.ts'

/** Samples a second. */
export const SAMPLE_RATE = 24_000

export interface Voice {
  /** Hertz at the end of a sentence, and above that at its beginning. */
  pitch: number
  span: number
  /** How much shorter the throat is than that of the man whose resonances are in the table. */
  throat: number
}

interface Saying {
  voice: Voice
  /** 1 is usual. */
  speed: number
}

/** Says an English text; each piece is a clause of 16-bit samples, little endian. */
export function* synthesise(text: string, { voice, speed }: Saying): Generator<Uint8Array> {
  const mouth = createMouth(voice)
  for (const phases of planSpeech(text, speed)) yield mouth(phases)
}

type Three = readonly [number, number, number]

/** What the mouth is like at one moment. */
interface Moment {
  formants: Three
  widths: Three
  voice: number
  breath: number
  pitch: number
}

/** Samples for which the mouth is held still. */
const STEP = 60
/** Seconds a mouth takes to come from one form to another, on each side of the seam. */
const BEND = 0.045
/** Seconds in which loudness changes. */
const SWELL = 0.012
/** Resonances above those that tell sounds apart. */
const UPPER: readonly (readonly [number, number])[] = [
  [3300, 250],
  [3850, 300],
  [4900, 400],
]
const LOUDNESS = 7000

/** A throat, a mouth and their state between clauses. */
function createMouth(voice: Voice): (phases: readonly Phase[]) => Uint8Array {
  const tube = [0, 1, 2, 3, 4, 5].map(() => createResonance())
  const hissing = [createResonance(), createResonance()]
  const random = createNoise()
  const throat = createThroat()
  let lastNoise = 0
  let lastFlow = 0

  return (phases) => {
    const samples: number[] = []
    for (const [at, phase] of phases.entries()) {
      const count = Math.max(1, Math.round(phase.length * SAMPLE_RATE))
      for (let done = 0; done < count; done += STEP) {
        const size = Math.min(STEP, count - done)
        const now = momentOf(phases, at, done / SAMPLE_RATE)
        shape(tube, now, voice)
        const { noise } = phase
        if (noise) for (const one of hissing) one.tune(noise.centre, noise.width)
        const hertz = voice.pitch + voice.span * now.pitch
        for (let each = 0; each < size; each += 1) {
          const white = random()
          const flow = throat(hertz, white) * now.voice + (white - lastNoise) * 0.35 * now.breath
          lastNoise = white
          let sound = flow
          for (const one of tube) sound = one.pass(sound)
          if (noise)
            sound +=
              hissing[1]!.pass(hissing[0]!.pass(white)) *
              noise.level *
              fade(phase, done + each, count)
          // Lips radiate what changes: low tones leave them less.
          samples.push((sound - lastFlow * 0.86) * LOUDNESS)
          lastFlow = sound
        }
      }
    }
    return littleEndian(samples)
  }
}

/** Noise begins and ends softly, unless it is a burst. */
function fade({ length }: Phase, at: number, count: number): number {
  if (length < 0.02) return 1 - at / count
  const edge = Math.min(count / 3, SAMPLE_RATE * 0.02)
  return Math.min(1, at / edge, (count - at) / edge)
}

function momentOf(phases: readonly Phase[], at: number, time: number): Moment {
  const phase = phases[at]!
  const left = phase.length - time
  const part = time / phase.length
  const goal = phase.goal ?? phase.formants
  const own = mixed(phase.formants, goal, smooth(Math.min(1, Math.max(0, (part - 0.25) / 0.6))))
  const before = phases[at - 1]
  const after = phases[at + 1]
  const bend = Math.min(BEND, phase.length / 2)
  let formants = own
  let widths: Three = phase.widths
  if (before && time < bend) {
    const share = smooth(0.5 + time / bend / 2)
    formants = mixed(seam(before, phase), own, share)
    widths = mixed(before.widths, widths, share)
  } else if (after && left < bend) {
    const share = smooth(0.5 + left / bend / 2)
    formants = mixed(seam(phase, after), own, share)
    widths = mixed(after.widths, widths, share)
  }
  return {
    formants,
    widths,
    voice: swelling(phase.voice, before?.voice, time),
    breath: swelling(phase.breath, before?.breath, time),
    pitch: phase.pitch * part + (before?.pitch || phase.pitch) * (1 - part),
  }
}

/** Loudness comes from what was before. */
const swelling = (own: number, before = 0, time: number) =>
  time >= SWELL ? own : before + (own - before) * (time / SWELL)

/** The form of the mouth between two sounds: nearer to the one that is firm. */
function seam(one: Phase, other: Phase): Three {
  const from = one.goal ?? one.formants
  if (one.isFirm === other.isFirm) return mixed(from, other.formants, 0.5)
  return mixed(from, other.formants, one.isFirm ? 0.3 : 0.7)
}

const mixed = (one: Three, other: Three, share: number): Three => [
  one[0] + (other[0] - one[0]) * share,
  one[1] + (other[1] - one[1]) * share,
  one[2] + (other[2] - one[2]) * share,
]

const smooth = (x: number) => x * x * (3 - 2 * x)

function shape(tube: readonly Resonance[], { formants, widths }: Moment, { throat }: Voice): void {
  for (let at = 0; at < 3; at += 1) tube[at]!.tune(formants[at]! * throat, widths[at]!)
  for (const [at, [hertz, width]] of UPPER.entries()) tube[at + 3]!.tune(hertz * throat, width)
}

interface Resonance {
  tune(hertz: number, width: number): void
  pass(sample: number): number
}

/** A digital resonator of two poles, of gain one at rest. */
function createResonance(): Resonance {
  let [a, b, c] = [1, 0, 0]
  let [one, two] = [0, 0]
  return {
    tune(hertz, width) {
      const radius = Math.exp((-Math.PI * width) / SAMPLE_RATE)
      c = -radius * radius
      b = 2 * radius * Math.cos((2 * Math.PI * hertz) / SAMPLE_RATE)
      a = 1 - b - c
    },
    pass(sample) {
      const next = a * sample + b * one + c * two
      two = one
      one = next
      return next
    },
  }
}

/** Puffs of air: open two thirds of the time, shut more quickly than opened (Rosenberg's form). */
function createThroat(): (hertz: number, white: number) => number {
  let phase = 0
  let tremor = 1
  return (hertz, white) => {
    phase += (hertz * tremor) / SAMPLE_RATE
    if (phase >= 1) {
      phase -= 1
      // No throat is a clock.
      tremor = 1 + white * 0.012
    }
    if (phase < 0.44) return 3 * (phase / 0.44) ** 2 - 2 * (phase / 0.44) ** 3 + white * 0.02
    if (phase < 0.6) return 1 - ((phase - 0.44) / 0.16) ** 2
    return 0
  }
}

/** Always the same noise, so that the same text is always the same bytes. */
function createNoise(): () => number {
  let state = 0x2545f491
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return state / 0x80000000
  }
}

function littleEndian(samples: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2)
  const view = new DataView(bytes.buffer)
  for (const [at, sample] of samples.entries()) {
    view.setInt16(at * 2, Math.max(-32768, Math.min(32767, Math.round(sample))), true)
  }
  return bytes
}
