import { readConfig } from '../../../../app/config.ts'
import type { Provider } from '../../../../app/ports/models.ts'
import type { StateStore } from '../../../../app/ports/state-store.ts'
import type { ByteSource, Transport, UpstreamResponse } from '../../../../app/ports/transport.ts'
import { createAwsProvider } from '../../../../app/providers/aws/index.ts'
import type { FakeModel, FakeProfile } from '../../../fakes/fake-bedrock-catalogue.ts'
import { textReply } from '../../../fakes/fake-bedrock-frames.ts'

/** What one region of an AWS without sockets offers; an absent listing is one that may not be read. */
export interface MemoryRegion {
  models?: FakeModel[]
  profiles?: FakeProfile[]
  /** Its listings are there, and may not be read. */
  veiled?: boolean
  /** Status and type of its answers to models. */
  fails?: { status: number; errorType: string }
}

interface MemoryAws {
  provider: Provider
  /** Every question to a model so far. */
  asked: { region: string; id: string }[]
}

/** The provider over an AWS that lives in memory, so that thousands of configurations can be tried. */
export function memoryAws(
  regions: Record<string, MemoryRegion>,
  env: Record<string, string>,
  state?: StateStore,
): MemoryAws {
  const asked: MemoryAws['asked'] = []
  const transport: Transport = {
    async send({ origin, path }) {
      const [, service, region] = /^https:\/\/(bedrock(?:-runtime)?)\.([a-z0-9-]+)\./.exec(origin)!
      const known = regions[region!] ?? {}
      if (service === 'bedrock') return list(known, path)
      const id = decodeURIComponent(path.split('/')[2]!)
      asked.push({ region: region!, id })
      if (known.fails) return answer(known.fails.status, { message: 'no' }, known.fails.errorType)
      return answer(200, textReply('Well.'))
    },
  }
  const all = { AWS_BEARER_TOKEN_BEDROCK: 'ABSK', AWS_BEDROCK_CHECK_AVAILABILITY: 'false', ...env }
  const provider = createAwsProvider({
    config: readConfig(all),
    runtime: { env: all, transport, log: { write: () => {} } },
    ...(state && { state }),
  })
  return { provider, asked }
}

function list({ models, profiles, veiled }: MemoryRegion, path: string): UpstreamResponse {
  const denied = answer(403, { message: 'no' }, 'AccessDeniedException')
  if (veiled) return denied
  if (path.startsWith('/foundation-models')) {
    return models ? answer(200, { modelSummaries: models }) : denied
  }
  if (!profiles) return denied
  const type = new URLSearchParams(path.split('?')[1]).get('type')
  const some = profiles.filter((profile) => (profile.type ?? 'SYSTEM_DEFINED') === type)
  return answer(200, { inferenceProfileSummaries: some })
}

function answer(status: number, body: unknown, errorType?: string): UpstreamResponse {
  const nothing: ByteSource = { read: async () => undefined, cancel: () => {} }
  return {
    status,
    header: (name) => (name === 'x-amzn-errortype' ? errorType : undefined),
    body: nothing,
    text: async () => JSON.stringify(body),
  }
}
