"""Which channels of the fusion networks go together (pruning.py)."""
from .pruning import PruningPlan, prune

WRITERS = {'b': ['down16.0.0', 'down16.1.second.0'], 'b hidden': ['down16.1.first.0'], 'b gate': ['down16.1.se.down'], 'b attention': ['attend16.channels.down'],
           'c': ['down8.0.0', 'down8.1.second.0', 'down8.2.second.0'], 'c hidden': ['down8.1.first.0'], 'c hidden 2': ['down8.2.first.0'],
           'c gate': ['down8.1.se.down'], 'c gate 2': ['down8.2.se.down'], 'c attention': ['attend8.channels.down'],
           'merged': ['merge16.0.0', 'merge16.1.second.0'], 'merged hidden': ['merge16.1.first.0'], 'merged gate': ['merge16.1.se.down']}
READERS = {'down16.1.first.0': ['b'], 'down16.1.second.0': ['b hidden'], 'down16.1.se.down': ['b'], 'down16.1.se.up': ['b gate'], 'down8.0.0': ['b'],
           'attend16.channels.down': ['b'], 'attend16.channels.up': ['b attention'], 'attend16.mean': ['b'],
           'down8.1.first.0': ['c'], 'down8.1.second.0': ['c hidden'], 'down8.1.se.down': ['c'], 'down8.1.se.up': ['c gate'],
           'down8.2.first.0': ['c'], 'down8.2.second.0': ['c hidden 2'], 'down8.2.se.down': ['c'], 'down8.2.se.up': ['c gate 2'],
           'attend8.channels.down': ['c'], 'attend8.channels.up': ['c attention'], 'attend8.mean': ['c'], 'merge16.0.0': ['c', 'b'],
           'merge16.1.first.0': ['merged'], 'merge16.1.second.0': ['merged hidden'], 'merge16.1.se.down': ['merged'], 'merge16.1.se.up': ['merged gate'],
           'merge32.0': ['merged', 'a']}
SCALES = {'down16.1.se.up': 'b', 'attend16.channels.up': 'b', 'down8.1.se.up': 'c', 'down8.2.se.up': 'c', 'attend8.channels.up': 'c', 'merge16.1.se.up': 'merged'}


def prune_fusion(wide, narrow):
    """UnshuffleNets with the same widths at 32 and 64 px. -> narrow, filled"""
    a = wide.state_dict()['merge32.0.weight'].shape[1] - len(wide.state_dict()['merge16.0.0.weight'])
    return prune(wide, narrow, PruningPlan(WRITERS, READERS, SCALES, {'a': a}))
