// The element, bundled: importing it is all there is to do.

import "stancelight/element";
