"""Prints the figures of multivariate.test.ts: NannyML 0.13.1's reconstruction error, scikit-learn's AUC, DeLong's variance.

python3.11 -m venv peers && peers/bin/pip install nannyml==0.13.1 scikit-learn==1.9.1 category_encoders==2.11.2 'pandas<3' statsmodels
peers/bin/python test/unit/drift/nannyml/multivariate.py
"""
import nannyml as nml
import numpy as np
import pandas as pd
import sklearn
def draw(n, seed):
    x = seed; out=[]
    for _ in range(n):
        x = (x * 1664525 + 1013904223) % 2**32
        out.append(x / 2**32)
    return out
def rows(n, seed, flip):
    u = draw(n*5, seed); r=[]
    for i in range(n):
        a,b,c,d,e = u[i*5:i*5+5]
        x = a*10
        y = (x if not flip else 10-x) + b
        z = c*3 if c > 0.05 else np.nan
        k = np.nan if d < 0.04 else 'abc'[min(2,int(d*d*3))]
        r.append((x, y, z, k, e*100 + y))
    return pd.DataFrame(r, columns=['x','y','z','k','w'])
ref = rows(2000, 7, False); ana = pd.concat([rows(500, 8, False), rows(500, 9, True)], ignore_index=True)
ana.loc[3,'k']='new'
calc = nml.DataReconstructionDriftCalculator(column_names=['x','y','z','k','w'], chunk_size=500)
calc.fit(ref)
res = calc.calculate(ana).to_df()
c = res['reconstruction_error']
print(res[('chunk','period')].tolist())
print([repr(float(v)) for v in c['value']]); print(repr(float(c['upper_threshold'].iloc[0])), repr(float(c['lower_threshold'].iloc[0] or 0))); print(c['alert'].tolist()); print([repr(float(v)) for v in c['sampling_error']])
print(calc._pca.n_components_, nml.__version__, sklearn.__version__)
from sklearn.metrics import roc_auc_score
u = draw(400, 21); lab=[1 if i%3==0 else 0 for i in range(200)]
s=[round(u[i]*20)/20 + (0.15 if lab[i] else 0) for i in range(200)]
s=[round(v,10) for v in s]
print('auc', repr(roc_auc_score(lab,s)))
pos=np.array([v for v,l in zip(s,lab) if l]); neg=np.array([v for v,l in zip(s,lab) if not l])
psi=(pos[:,None]>neg[None,:])+0.5*(pos[:,None]==neg[None,:])
v10=psi.mean(1); v01=psi.mean(0)
print('delong var', repr(v10.var(ddof=1)/len(pos)+v01.var(ddof=1)/len(neg)))
