import type { DataSource, IngestionJob, KnowledgeBase } from '../../../ports/knowledge.ts'
import { arrayOf, asFields, type Fields, textOf } from './client.ts'

const word = (value: unknown) => textOf(value) ?? ''

/** What both bases and sources have. */
function described(wire: Fields, settings: readonly string[]) {
  const told = settings.filter((name) => wire[name] !== undefined && wire[name] !== null)
  const failures = arrayOf(wire['failureReasons']).filter((one) => typeof one === 'string')
  return {
    name: word(wire['name']),
    ...(textOf(wire['description']) !== undefined && { description: word(wire['description']) }),
    status: word(wire['status']),
    ...(textOf(wire['createdAt']) !== undefined && { created: word(wire['createdAt']) }),
    updated: word(wire['updatedAt']),
    settings: Object.fromEntries(told.map((name) => [name, wire[name]])),
    ...(failures.length > 0 && { failures }),
  }
}

export const BASE_SETTINGS = [
  'roleArn',
  'knowledgeBaseConfiguration',
  'storageConfiguration',
] as const
export const SOURCE_SETTINGS = [
  'dataSourceConfiguration',
  'vectorIngestionConfiguration',
  'dataDeletionPolicy',
  'serverSideEncryptionConfiguration',
] as const

export function readBase(wire: Fields): KnowledgeBase {
  const arn = textOf(wire['knowledgeBaseArn'])
  return {
    id: word(wire['knowledgeBaseId']),
    ...described(wire, BASE_SETTINGS),
    ...(arn && { arn }),
  }
}

export function readSource(wire: Fields): DataSource {
  return {
    id: word(wire['dataSourceId']),
    base: word(wire['knowledgeBaseId']),
    ...described(wire, SOURCE_SETTINGS),
  }
}

export function readJob(wire: Fields): IngestionJob {
  const statistics = asFields(wire['statistics'])
  const failures = arrayOf(wire['failureReasons']).filter((one) => typeof one === 'string')
  return {
    id: word(wire['ingestionJobId']),
    base: word(wire['knowledgeBaseId']),
    source: word(wire['dataSourceId']),
    status: word(wire['status']),
    started: word(wire['startedAt']),
    updated: word(wire['updatedAt']),
    ...(statistics && { statistics: numbersIn(statistics) }),
    ...(failures.length > 0 && { failures }),
  }
}

const numbersIn = (wire: Fields): Record<string, number> =>
  Object.fromEntries(
    Object.entries(wire).filter((one): one is [string, number] => typeof one[1] === 'number'),
  )

/** The token of the next page as a member of a listing. */
export const nextOf = (wire: Fields): { next?: string } => {
  const next = textOf(wire['nextToken'])
  return next ? { next } : {}
}
