/*
 * The drawings of /wormhole.
 */
#include "relativity/wormhole_embed.h"
#include "wormhole.h"

/* The embedding as PNG. */
enum { EMBEDDING_WIDTH_PX = 800, EMBEDDING_HEIGHT_PX = 800 };

enum lc_rc
wormhole_drawing_write(const struct wormhole_question *question)
{
	struct buf *out = lc_body(question->call, NULL);

	if (lc_format(question->call) == LC_AS_SVG) {
		wormhole_embed_svg(&question->shape, question->throat_m, out);
		return out->failed ? LC_NO_MEMORY : LC_OK;
	}
	return wormhole_embed_png(&question->shape, question->throat_m,
				  EMBEDDING_WIDTH_PX, EMBEDDING_HEIGHT_PX,
				  lc_progress(question->call), out);
}
