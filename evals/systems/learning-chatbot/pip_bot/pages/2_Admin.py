"""For volunteers: read along, download, start learning now."""

import subprocess
import sys

import streamlit as st

from pip_bot import store
from pip_bot.config import ADMIN_PASSWORD

st.title("Admin")
if st.text_input("Password", type="password") != ADMIN_PASSWORD:
    st.stop()

turns = store.rows("turns.jsonl")
st.metric("Conversations", len(turns))
st.dataframe(turns[-500:])
with open(store.DATA / "turns.jsonl", "rb") as f:
    st.download_button("Download all", f, "turns.jsonl")
if st.button("Learn now"):
    subprocess.Popen([sys.executable, "-m", "nightly.train"])
gpu = subprocess.run(["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader"], capture_output=True, text=True, check=False)
st.caption(gpu.stdout or "no GPU here")
