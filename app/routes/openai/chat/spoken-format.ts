import type { Dialect, ServerSide } from '../../../dialects/dialect.ts'
import type { BodyForm } from '../../../http/bodies/json-body.ts'

/** A format that can be heard and answered in. */
export interface SpokenFormat extends BodyForm {
  dialect: Dialect & { server: ServerSide }
  /** What a header of the request adds to a body. */
  withHeaders?(body: object, header: (name: string) => string | undefined): object
}
