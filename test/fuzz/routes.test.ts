// Together, for each file of tests loads the whole app anew.
import './json-bodies.ts'
import './form-bodies.ts'
import './parameters.ts'
