"""Training options: a dataclass per network, set from `key=value` words. Unknown keys and unreadable values are refused."""
import dataclasses


class ConfigError(ValueError):
    pass


def parse(kind, words):
    """kind: a dataclass with defaults for every field; words: ['samples=1000', ...] -> an instance."""
    fields = {f.name: f for f in dataclasses.fields(kind)}
    values = {}
    for word in words:
        key, equals, text = word.partition('=')
        if not equals or key not in fields:
            raise ConfigError(f"option '{word}' is not known; expected key=value with one of: {', '.join(fields)}")
        default = fields[key].default
        try:
            values[key] = text.lower() in ('1', 'true', 'yes') if isinstance(default, bool) else type(default)(text)
        except ValueError:
            raise ConfigError(f"option {key}={text}: expected {type(default).__name__}, like {default!r}") from None
    return kind(**values)
