interface Shape {
  type: string
  required?: string[]
  members?: Record<string, Member>
  member?: Member
  key?: Member
  value?: Member
  min?: number
  max?: number
  pattern?: string
  enum?: string[]
  union?: boolean
  document?: boolean
}

interface Member {
  shape: string
  location?: string
}

export interface ServiceModel {
  operations: Record<string, { http: { method: string; requestUri: string } }>
  shapes: Record<string, Shape>
}

/** What of a JSON body an AWS service model would refuse; members that travel outside of it are left out. */
export function faultsIn(value: unknown, shapeName: string, model: ServiceModel): string[] {
  return judge(value, shapeName, { model, path: '' })
}

interface Judging {
  model: ServiceModel
  path: string
}

function judge(value: unknown, shapeName: string, judging: Judging): string[] {
  const shape = model(shapeName, judging)
  const { path } = judging
  const fault = (what: string) => [`${path || 'body'}: ${what}`]
  if (shape.document) return []
  switch (shape.type) {
    case 'structure':
      return structure(value, shape, judging)
    case 'list':
      if (!Array.isArray(value)) return fault('no list')
      return [
        ...bounds(value.length, shape, fault),
        ...value.flatMap((one, at) =>
          judge(one, shape.member!.shape, { ...judging, path: `${path}[${at}]` }),
        ),
      ]
    case 'map':
      return isObject(value) ? [] : fault('no map')
    case 'string':
      if (typeof value !== 'string') return fault('no string')
      if (shape.enum && !shape.enum.includes(value)) return fault(`not one of ${shape.enum}`)
      if (shape.pattern && !new RegExp(shape.pattern, 'u').test(value)) return fault(shape.pattern)
      return bounds(value.length, shape, fault)
    case 'integer':
    case 'float':
    case 'double':
      return typeof value === 'number' ? bounds(value, shape, fault) : fault('no number')
    default:
      return []
  }
}

function structure(value: unknown, shape: Shape, { model: found, path }: Judging): string[] {
  if (!isObject(value)) return [`${path || 'body'}: no object`]
  const members = Object.entries(shape.members ?? {}).filter(([, { location }]) => !location)
  const known = new Map(members)
  const missing = (shape.required ?? []).filter((name) => known.has(name) && !(name in value))
  const several = shape.union && Object.keys(value).length !== 1
  return [
    ...missing.map((name) => `${path}.${name}: missing`),
    ...(several ? [`${path}: not exactly one member`] : []),
    ...Object.entries(value).flatMap(([name, one]) => {
      const member = known.get(name)
      if (!member) return [`${path}.${name}: unknown`]
      return judge(one, member.shape, { model: found, path: `${path}.${name}` })
    }),
  ]
}

const bounds = (size: number, { min, max }: Shape, fault: (what: string) => string[]) => [
  ...(min !== undefined && size < min ? fault(`less than ${min}`) : []),
  ...(max !== undefined && size > max ? fault(`more than ${max}`) : []),
]

const model = (name: string, { model: { shapes } }: Judging): Shape => shapes[name]!

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
