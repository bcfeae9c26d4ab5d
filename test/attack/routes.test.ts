// Together, for each file of tests loads the whole app anew.
import './prototype-words.ts'
import './caller-urls.ts'
import './hostile-bodies.ts'
import './found-by-fuzzing.ts'
import './form-canaries.ts'
