/** A table: what its columns are, how many rows there are, and the rows as they stand. */
export function textOfCsv(name: string, content: string): string {
  const title = `CSV File: ${name}`
  if (content.trim() === '') return `${title}\nEmpty CSV file`
  const separator = separatorOf(content)
  const { headers, records } = survey(content, separator)
  return [
    title,
    `Headers: ${headers.join(', ')}`,
    `Total rows: ${Math.max(0, records - 1)}`,
    '',
    'CSV Content:',
    content.replace(/\r?\n$/, ''),
  ].join('\n')
}

/** The mark that stands most often in the first line. */
function separatorOf(content: string): string {
  const line = content.slice(0, firstLineEnd(content))
  const counted = [',', ';', '\t'].map((mark) => [line.split(mark).length, mark] as const)
  return counted.reduce((best, one) => (one[0] > best[0] ? one : best))[1]
}

function firstLineEnd(content: string): number {
  const end = content.search(/\r?\n/)
  return end === -1 ? content.length : end
}

/** The fields of the first record, and how many records there are; quoted fields may hold line ends (RFC 4180). */
function survey(content: string, separator: string): { headers: string[]; records: number } {
  const headers: string[] = []
  let records = 0
  let field = ''
  let isQuoted = false
  let isBlank = true
  const endRecord = () => {
    if (records === 0) headers.push(field)
    field = ''
    if (!isBlank) records += 1
    isBlank = true
  }
  for (const letter of content) {
    if (letter === '"') isQuoted = !isQuoted
    else if (letter === '\n' && !isQuoted) endRecord()
    else if (letter === separator && !isQuoted && records === 0) {
      headers.push(field)
      field = ''
    } else if (records === 0 && letter !== '\r') field += letter
    if (letter !== '\n' && letter !== '\r') isBlank = false
  }
  if (!isBlank) endRecord()
  return { headers: headers.map((one) => one.trim()), records }
}
