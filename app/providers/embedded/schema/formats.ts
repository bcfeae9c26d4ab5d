interface Format {
  /** Used when the request holds nothing that fits. */
  sample: string
  fits(text: string): boolean
  /** The form a date or time found in a text must take. */
  adapt?(text: string): string
}

const LONGEST = 500

/** The string formats of JSON Schema that this provider keeps; others ask for nothing. */
const FORMATS: Partial<Record<string, Format>> = {
  date: { sample: '2026-01-01', fits: isDate, adapt: (text) => text.slice(0, 10) },
  time: {
    sample: '12:00:00Z',
    fits: isTime,
    adapt: (text) => `${text.padStart(text.length === 4 ? 5 : 0, '0').padEnd(8, ':00')}Z`,
  },
  'date-time': {
    sample: '2026-01-01T12:00:00Z',
    fits: isDateTime,
    adapt: (text) => (text.includes('T') ? text : `${text}T00:00:00Z`),
  },
  duration: format('PT1H', /^P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?$/),
  email: format('someone@example.com', /^[\w.+-]+@[a-z\d-]+(\.[a-z\d-]+)+$/i),
  'idn-email': format('someone@example.com', /^[^@\s]+@[^@\s]+$/),
  hostname: format(
    'example.com',
    /^[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/i,
  ),
  ipv4: format('192.0.2.1', /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}$/),
  ipv6: format(
    '2001:db8::1',
    /^(?=.*::)(?!.*::.*::)[\da-f:]{2,39}$|^([\da-f]{1,4}:){7}[\da-f]{1,4}$/i,
  ),
  uri: format(
    'https://example.com/',
    /^[a-z][a-z\d+.-]*:\/\/[\w.-]+(:\d+)?([/?#][\w\-./?%&=+#~:,;@!$'*]*)?$/i,
  ),
  'uri-reference': format('/example', /^[\w\-./?%&=+#~:]*$/),
  uuid: format('00000000-0000-4000-8000-000000000000', /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i),
  'json-pointer': format('/example', /^(\/[\w-]*)*$/),
  regex: format('.*', /^[\w.*]+$/),
}

export function formatOf(name: unknown): Format | undefined {
  return typeof name === 'string' && Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined
}

function format(sample: string, expression: RegExp): Format {
  return { sample, fits: (text) => text.length <= LONGEST && expression.test(text) }
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const date = new Date(`${text}T00:00:00Z`)
  // The 31st of February is read as a day in March.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

function isTime(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i.test(text)
}

function isDateTime(text: string): boolean {
  return /[Tt]/.test(text[10] ?? '') && isDate(text.slice(0, 10)) && isTime(text.slice(11))
}
