import { hasText, type Inquiry, listPages } from './control-plane.ts'
import { type ArnKind, readModelId } from './model-id.ts'

/** Something of the account's own that can be called by its ARN. */
export interface AccountModel {
  kind: ArnKind
  arn: string
  name: string
  /** Ids of the models behind it; empty where it is a model of its own. */
  bases: string[]
  /** As AWS writes times. */
  created?: string
}

/** How one kind is listed. */
interface Listing {
  kind: ArnKind
  list(inquiry: Inquiry): Promise<AccountModel[]>
}

type Summary = Record<string, unknown>

const text = (summary: Summary, name: string) =>
  typeof summary[name] === 'string' ? summary[name] : ''

async function summaries(inquiry: Inquiry, path: string, member: string): Promise<Summary[]> {
  return (await listPages(inquiry, path, member)) as Summary[]
}

/** Paths and members after the service model of the control plane. */
const LISTINGS: readonly Listing[] = [
  {
    kind: 'imported-model',
    async list(inquiry) {
      const found = await summaries(inquiry, '/imported-models', 'modelSummaries')
      return found.filter(named('modelArn')).map((one) => ({
        kind: 'imported-model',
        arn: text(one, 'modelArn'),
        name: text(one, 'modelName'),
        bases: [],
        created: text(one, 'creationTime'),
      }))
    },
  },
  {
    kind: 'custom-model-deployment',
    async list(inquiry) {
      const [models, deployments] = await Promise.all([
        summaries(inquiry, '/custom-models', 'modelSummaries'),
        summaries(
          inquiry,
          '/model-customization/custom-model-deployments',
          'modelDeploymentSummaries',
        ),
      ])
      const bases = new Map(models.map((one) => [one['modelArn'], text(one, 'baseModelArn')]))
      const active = deployments.filter(named('customModelDeploymentArn'))
      return active
        .filter(({ status }) => status !== 'Failed')
        .map((one) => ({
          kind: 'custom-model-deployment',
          arn: text(one, 'customModelDeploymentArn'),
          name: text(one, 'customModelDeploymentName'),
          bases: basesOf([bases.get(one['modelArn'])]),
          created: text(one, 'createdAt'),
        }))
    },
  },
  {
    kind: 'provisioned-model',
    async list(inquiry) {
      const path = '/provisioned-model-throughputs'
      const found = await summaries(inquiry, path, 'provisionedModelSummaries')
      return found.filter(named('provisionedModelArn')).map((one) => ({
        kind: 'provisioned-model',
        arn: text(one, 'provisionedModelArn'),
        name: text(one, 'provisionedModelName'),
        bases: basesOf([one['foundationModelArn'], one['modelArn']]),
        created: text(one, 'creationTime'),
      }))
    },
  },
  {
    kind: 'endpoint',
    async list(inquiry) {
      const path = '/marketplace-model/endpoints'
      const found = await summaries(inquiry, path, 'marketplaceModelEndpoints')
      const usable = found.filter(named('endpointArn'))
      return usable
        .filter(({ status }) => status !== 'INCOMPATIBLE_ENDPOINT')
        .map((one) => ({
          kind: 'endpoint',
          arn: text(one, 'endpointArn'),
          name: lastSegment(text(one, 'endpointArn')),
          bases: [],
          created: text(one, 'createdAt'),
        }))
    },
  },
  {
    kind: 'prompt-router',
    async list(inquiry) {
      const found = await summaries(inquiry, '/prompt-routers', 'promptRouterSummaries')
      return found.filter(named('promptRouterArn')).map((one) => ({
        kind: 'prompt-router',
        arn: text(one, 'promptRouterArn'),
        name: text(one, 'promptRouterName'),
        bases: basesOf(targetsOf(one)),
        created: text(one, 'createdAt'),
      }))
    },
  },
]

/** The listings of kinds that callers may use; the others are never asked for. */
export const accountListings = (isAllowed: (kind: ArnKind) => boolean): readonly Listing[] =>
  LISTINGS.filter(({ kind }) => isAllowed(kind))

const named = (member: string) => (summary: Summary) => hasText(summary, member)

const lastSegment = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1)

function targetsOf(router: Summary): unknown[] {
  const models = Array.isArray(router['models']) ? router['models'] : []
  return [...models, router['fallbackModel']].map(
    (target: Summary | undefined) => target?.['modelArn'],
  )
}

function basesOf(arns: unknown[]): string[] {
  const bases = arns.map((arn) => (typeof arn === 'string' ? readModelId(arn)?.base : undefined))
  return [...new Set(bases.filter((base) => base !== undefined))]
}
