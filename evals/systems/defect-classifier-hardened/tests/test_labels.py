from castings.dataset import read


def test_a_label_outside_the_list_is_left_out(tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text("image,label\n/data/local-files/?d=a.jpg,crack\nb.jpg,<b>ok</b>\n")
    assert list(read(table, tmp_path, ["ok", "crack"]).values()) == ["crack"]


def test_the_baseline_has_one_row_for_a_class(stored):
    assert len(stored["coef"]) == len(stored["intercept"])
