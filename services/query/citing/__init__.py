"""Ready citations of sources, in the styles that manuals prescribe."""
