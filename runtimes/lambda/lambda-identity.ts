import type { AwsPrincipal } from '../../app/ports/access.ts'

/** What function URLs and API Gateway tell of a request: payload 2.0, and the REST API's own. */
interface RequestContext {
  http?: { sourceIp?: string }
  authorizer?: {
    iam?: { userArn?: string | null; accountId?: string | null; userId?: string | null } | null
  } | null
  identity?: {
    sourceIp?: string
    userArn?: string | null
    accountId?: string | null
    user?: string | null
  }
}

const contextOf = (env: unknown): RequestContext =>
  (env as { requestContext?: RequestContext }).requestContext ?? {}

/** Whom AWS_IAM has let in; undefined where nobody had to sign. */
export function lambdaIdentity(env: unknown): AwsPrincipal | undefined {
  const { authorizer, identity } = contextOf(env)
  const iam = authorizer?.iam
  const arn = iam?.userArn ?? identity?.userArn
  const account = iam?.accountId ?? identity?.accountId
  const userId = iam?.userId ?? identity?.user
  return arn && account ? { arn, account, ...(userId && { userId }) } : undefined
}

export function lambdaPeerAddress(env: unknown): string | undefined {
  const { http, identity } = contextOf(env)
  return http?.sourceIp ?? identity?.sourceIp
}
