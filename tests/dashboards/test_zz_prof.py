import time, pytest
from tests.dashboards.world import *
pytestmark = pytest.mark.django_db
def test_x():
    t=time.perf_counter(); w=a_world(); print("world", time.perf_counter()-t)
    t=time.perf_counter(); w=a_world(); print("world", time.perf_counter()-t)
    t=time.perf_counter(); e=everything(); print("everything", time.perf_counter()-t)
    t=time.perf_counter(); c=w.browser("viewer"); print("login", time.perf_counter()-t)
    t=time.perf_counter(); a=c.get(f"/desk/{w.company.slug}/endpoints"); print("get", a.status_code, time.perf_counter()-t)
    b=everything()
    for k in b:
        if b[k]!=e[k]: print(k, [x for x in b[k] if x not in e[k]], [x for x in e[k] if x not in b[k]])
    t=time.perf_counter(); a=c.get(f"/things"); print("get", a.status_code, time.perf_counter()-t)
    import cProfile,pstats
    pr=cProfile.Profile(); pr.enable(); a_world(); pr.disable(); pstats.Stats(pr).sort_stats("cumtime").print_stats(35)
