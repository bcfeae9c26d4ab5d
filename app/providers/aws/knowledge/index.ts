import type { Config } from '../../../config.ts'
import { GatewayError } from '../../../errors.ts'
import type { KnowledgeBases } from '../../../ports/knowledge.ts'
import type { Runtime } from '../../../ports/runtime.ts'
import { assumedRoles } from '../assumed-roles.ts'
import { type AwsCallDependencies, createAwsCall } from '../call.ts'
import { createEndpoints } from '../endpoints.ts'
import { regionsOf } from '../regions-of.ts'
import { type Sign, sigV4Signer } from '../sign.ts'
import { staticCredentials } from '../static-credentials.ts'
import { createWarn } from '../warn.ts'
import { createAccess } from './access.ts'
import { createBases } from './bases.ts'
import { createAgentClient } from './client.ts'
import { createGenerator } from './generate.ts'
import { createSources } from './sources.ts'

interface AwsKnowledgeOptions {
  config: Config
  runtime: Pick<Runtime, 'env' | 'transport' | 'log' | 'credentials' | 'digest' | 'linger'>
}

/** The knowledge bases of Amazon Bedrock, in one region of one account. */
export function createAwsKnowledge({ config, runtime }: AwsKnowledgeOptions): KnowledgeBases {
  const region = config.KNOWLEDGE_BASE_REGION ?? regionsOf(config)[0]!
  const ours: AwsCallDependencies = {
    transport: runtime.transport,
    endpoints: createEndpoints(runtime.env),
    sign: signerOf(runtime),
    connectTimeout: config.CONNECT_TIMEOUT * 1000,
  }
  const signAs = assumedRoles({
    call: createAwsCall(ours),
    region,
    digest: runtime.digest,
    warn: createWarn(runtime.log, config.LOG_LEVEL),
    linger: runtime.linger,
  })
  const call = createAwsCall({ ...ours, signAs })
  const client = createAgentClient(call, region)
  const access = createAccess(client, config)
  return {
    name: 'aws',
    ...createBases(client, access),
    sources: createSources(client, access),
    async generator({ base, model }, asking) {
      await access.use(base, asking)
      const modelId = await model.idIn?.(region, asking.as)
      if (modelId === undefined) return undefined
      const firstFrameWait = config.FIRST_FRAME_WAIT * 1000
      return createGenerator(client, { base, modelId, firstFrameWait }, asking)
    },
  }
}

/** Bedrock's API keys open no knowledge base (user guide, api-keys), so requests are always signed. */
function signerOf({ env, credentials, digest }: AwsKnowledgeOptions['runtime']): Sign {
  const source = credentials ?? staticCredentials(env)
  if (source) return sigV4Signer({ credentials: source, digest })
  return () => {
    throw new GatewayError(
      'feature-unavailable',
      'Knowledge bases of AWS need credentials of AWS; a Bedrock API key does not open them.',
      { param: 'knowledge_base_id' },
    )
  }
}
