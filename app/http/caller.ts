import type { Heard, Wish } from '../gateway/answer.ts'
import { SOLE_CALLER } from '../ports/caller.ts'
import { mayUse, modelAdmission } from './access/permissions.ts'
import type { HttpContext } from './context.ts'
import { outgoingTrace } from './log/tracing.ts'
import { meteredAdmission } from './metering.ts'
import { requestHeader } from './request-header.ts'
import { withinOf } from './within.ts'

type Told = Pick<
  Heard,
  | 'requestId'
  | 'owner'
  | 'as'
  | 'keyId'
  | 'tags'
  | 'trace'
  | 'begun'
  | 'admit'
  | 'permit'
  | 'mayUse'
  | 'onLeft'
  | 'header'
  | 'onText'
>
type Admit = (wish: Wish) => void | Promise<void>

/** What the gateway is told of whoever asks. */
export function caller(c: HttpContext): Told {
  const { runtime } = c.get('services')
  const { owner, aws, keyId, tags } = c.get('caller')
  const entry = c.get('entry')
  return {
    requestId: c.get('requestId'),
    owner,
    as: aws,
    keyId: keyId === SOLE_CALLER.keyId ? undefined : keyId,
    tags,
    trace: outgoingTrace(entry),
    begun: (record) => {
      entry.record = record
    },
    admit: admissionFor(c),
    permit: modelAdmission(c),
    mayUse: mayUse(c),
    onLeft: (leave) => runtime.onCallerLeft?.(c.env, c.req.raw, leave),
    header: (name) => requestHeader(c, name),
    onText: withinOf(c.env)?.onText,
  }
}

/**
 * What stands between a caller and a model, in the order it is asked: whether they may, before whether there
 * is room. Each gives a check for the request, or undefined where it does not concern this caller.
 */
const ADMISSIONS: readonly ((c: HttpContext) => Admit | undefined)[] = [
  modelAdmission,
  meteredAdmission,
]

function admissionFor(c: HttpContext): Admit | undefined {
  let all: Admit | undefined
  for (const admission of ADMISSIONS) {
    const next = admission(c)
    if (next) all = all === undefined ? next : inTurn(all, next)
  }
  return all
}

function inTurn(first: Admit, second: Admit): Admit {
  return (wish) => {
    const waiting = first(wish)
    return waiting ? waiting.then(() => second(wish)) : second(wish)
  }
}
