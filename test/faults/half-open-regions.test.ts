import { expect, it } from 'vitest'
import { encodeFrame } from '../fakes/fake-bedrock-frames.ts'
import { FRAMES, type Script, scriptedAws } from './scripted-aws.ts'
import { openHouse, SURFACES, type Surface } from './surfaces.ts'

const ENV = { AWS_BEDROCK_REGIONS: 'us-east-1,us-west-2', FIRST_FRAME_WAIT: '5' }

type Answer = Script | 'stall' | 'refused'

/** The first region answers as it is told, the second one well. */
async function asked(surface: Surface, first: Answer, env = {}) {
  const aws = scriptedAws(({ origin }) =>
    origin.includes('us-east-1') ? first : { steps: FRAMES[surface.wire] },
  )
  const house = openHouse(aws.transport, { env: { ...ENV, ...env } })
  const response = await house.ask(surface.path, surface.body)
  const bytes = await response.bytes()
  const regions = aws.made.map(({ request }) => /us-(?:east|west)-\d/.exec(request.origin)![0])
  const end = response.ok ? surface.ending(bytes) : { success: false, errors: 1, text: '' }
  const isFreed = aws.made.every(({ cancelled, ended }) => cancelled || ended)
  return { ...end, status: response.status, regions, isFreed, made: aws.made }
}

const exception = (name: string) => encodeFrame({ exception: name, payload: { message: 'No.' } })
const BOTH = ['us-east-1', 'us-west-2']

const BEFORE_ITS_FIRST_FRAME: [string, Answer][] = [
  ['refuses the connection', 'refused'],
  ['resets the connection', { steps: ['reset'] }],
  ['closes after its head', { steps: [] }],
  ['begins with an exception', { steps: [exception('serviceUnavailableException')] }],
  ['says 503', { status: 503, errorType: 'ServiceUnavailableException', steps: [] }],
  ['says 429', { status: 429, errorType: 'ThrottlingException', steps: [] }],
]

it.each(
  SURFACES.flatMap((surface) =>
    BEFORE_ITS_FIRST_FRAME.map(([what, answer]) => [surface.name, what, answer, surface] as const),
  ),
)('%s: another region answers for one that %s', async (_, __, answer, surface) => {
  const { success, errors, regions } = await asked(surface, answer)
  expect({ success, errors, regions }).toEqual({ success: true, errors: 0, regions: BOTH })
})

it.each(SURFACES)(
  '$name: is not asked anew when a region breaks in the middle',
  async (surface) => {
    const steps = [...FRAMES[surface.wire].slice(0, 4), 'reset' as const]
    const { success, errors, regions, isFreed } = await asked(surface, { steps })
    expect({ success, errors, regions, isFreed }).toEqual({
      success: false,
      errors: 1,
      regions: ['us-east-1'],
      isFreed: true,
    })
  },
)

it.each(SURFACES)(
  '$name: ends when a region takes the question and says nothing',
  async (surface) => {
    const { status, success, errors, made } = await asked(surface, 'stall', {
      FIRST_TOKEN_TIMEOUT: '0.05',
    })
    expect({ success, errors }).toEqual({ success: false, errors: 1 })
    expect([503, 529]).toContain(status)
    expect(made.every(({ cancelled }) => cancelled)).toBe(true)
  },
)
