from dataclasses import dataclass
@dataclass
class Gate:
    word: str; exit_code: int
def gate(view):
    vs=[p.judgement.verdict if p.judgement else "unproven" for j in view.journeys if not j.superseded_by for p in j.promises]
    bad=any(v in ("late","broken","wrong","repeated","unwanted") for v in vs) or any(j.status=="failed" for j in view.journeys)
    un=any(v=="unproven" for v in vs) or any(j.status in("unproven","not run") for j in view.journeys)
    return Gate("no-go",1) if bad else Gate("cannot tell",3) if un else Gate("go",0)
def summary(view,gate):
    out=[gate.word]
    for j in view.journeys:
        out.append(f"{j.scenario} [{j.status}] {j.error}")
        for p in j.promises: out.append(f"   {p.promise.touchpoint}: {p.judgement.verdict if p.judgement else None}: {p.judgement.why if p.judgement else ''}")
    return out
def write_report(view,*,evidence,out,maps): return out/"index.html"
