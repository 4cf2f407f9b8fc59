"""A host in Django: an agency's campaigns are its own models, its clients and tickets are the library's."""
