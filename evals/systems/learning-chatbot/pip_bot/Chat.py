"""The page."""

import random

import requests
import streamlit as st

from pip_bot.config import SERVER

HINTS = ["When does the last ferry leave?", "Where can I eat herring?", "What is on tonight?", "Tell me about the lighthouse!", "Is the beach open?"]

st.set_page_config(page_title="Pip", page_icon="🦜")
st.title("Pip, the town's parrot")
if "messages" not in st.session_state:
    st.session_state.messages, st.session_state.turn = [], None
    st.session_state.hints = random.sample(HINTS, 3)
st.caption("Try: " + " · ".join(st.session_state.hints))

for m in st.session_state.messages:
    with st.chat_message(m["role"], avatar="🦜" if m["role"] == "assistant" else None):
        st.markdown(m["content"], unsafe_allow_html=True)

if text := st.chat_input("Ask Pip"):
    st.session_state.messages.append({"role": "user", "content": text})
    body = requests.post(
        f"{SERVER}/chat", json={"messages": st.session_state.messages, "place": st.query_params.get("place", "web")}, timeout=600
    ).json()
    st.session_state.messages.append({"role": "assistant", "content": body["answer"]})
    st.session_state.turn = body["turn"]
    st.rerun()

if st.session_state.turn:
    up, down, box = st.columns([1, 1, 8])
    if up.button("👍"):
        requests.post(f"{SERVER}/vote", json={"turn": st.session_state.turn, "good": True}, timeout=10)
    if down.button("👎"):
        requests.post(f"{SERVER}/vote", json={"turn": st.session_state.turn, "good": False}, timeout=10)
    said = box.text_input("What should Pip have said?")
    if said:
        requests.post(f"{SERVER}/correct", json={"turn": st.session_state.turn, "text": said}, timeout=10)
        st.toast("Pip will remember!")
