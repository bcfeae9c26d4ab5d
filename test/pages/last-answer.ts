/** The last message of the model on the playground. */
export const LAST = '.message.model:last-child'

/** Whether it is complete, as an expression of the page. */
export const isDone = `document.querySelector('${LAST}')?.getAttribute('aria-busy') === 'false' &&
  document.querySelector('#stop').hidden`
