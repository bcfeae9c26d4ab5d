import { GatewayError } from '../../../errors.ts'
import type { FoundModel, ModelCard } from '../../../ports/models.ts'
import type { SpeechModel } from '../../../ports/speech.ts'
import { ENGINE_REGIONS } from './data/regions.ts'
import { createPollyModel, type PollyDependencies } from './speech.ts'
import { ENGINES, type Engine } from './voice.ts'

const PREFIX = 'amazon.polly-'

const NAMES: Readonly<Record<Engine, string>> = {
  standard: 'Amazon Polly, standard',
  neural: 'Amazon Polly, neural',
  'long-form': 'Amazon Polly, long-form',
  generative: 'Amazon Polly, generative',
}

interface PollyOptions extends PollyDependencies {
  /** Where Polly may be asked, in order of preference. */
  regions: readonly string[]
  /** The operator has chosen the region, whatever our list of regions says. */
  isChosen: boolean
}

/** Polly's engines as models. Those that speak in none of the regions are found, and not listed. */
export function createPollyModels({ regions, isChosen, ...dependencies }: PollyOptions) {
  const models = ENGINES.map((engine): FoundModel => {
    const able = isChosen ? regions : regions.filter((one) => ENGINE_REGIONS[engine].includes(one))
    const card = cardOf(engine, able)
    const target = { card, engine, regions: able }
    return {
      card,
      ...(able.length > 0
        ? { speech: createPollyModel(dependencies, target) }
        : { standing: 'unreachable' as const, speech: elsewhere(engine, regions) }),
    }
  })
  return {
    list: (): ModelCard[] => models.filter(({ standing }) => !standing).map(({ card }) => card),
    find: (name: string): FoundModel | undefined => models.find(({ card }) => card.id === name),
  }
}

/** Tells whoever asks for it by name where it speaks. */
const elsewhere = (engine: Engine, regions: readonly string[]): SpeechModel => ({
  async speak() {
    throw new GatewayError(
      'invalid-request',
      `The ${engine} engine of Amazon Polly speaks in ${ENGINE_REGIONS[engine].join(', ')}, and this server asks in ${regions.join(', ')}. AWS_POLLY_REGION names another region.`,
      { param: 'model', reason: 'model_not_supported' },
    )
  },
})

const cardOf = (engine: Engine, regions: readonly string[]): ModelCard => ({
  id: PREFIX + engine,
  name: NAMES[engine],
  provider: 'aws',
  owner: 'Amazon',
  created: 0,
  input: ['text'],
  output: ['audio'],
  streaming: true,
  traits: {},
  listing: { regions: [...regions] },
})
