"""The best of Pip."""

import streamlit as st

from pip_bot import store

st.title("Hall of fame")
for turn in store.best():
    asked = next((m["content"] for m in reversed(turn["messages"]) if m["role"] == "user"), "")
    st.markdown(f"**{asked}**<br>{turn['answer']}<br><small>{turn['points']} 👍, {turn['place']}</small>", unsafe_allow_html=True)
    st.divider()
