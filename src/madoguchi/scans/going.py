"""What the sweeps of this room take (kernel.leaving)."""

from __future__ import annotations

from madoguchi.kernel.leaving import Leaving

from .models import Packet, SheetView, Upload
from .seeing import views_over
from .services import packets_over, uploads_over
from .taking import broken_over

LEAVING = (
    Leaving("受け付けた紙の申請の控え", Packet, packets_over),
    Leaving("スキャンの控え", Upload, uploads_over),
    Leaving("途中で止まったスキャン", Upload, broken_over),
    Leaving("受け付けなかった紙の個人番号を見た理由", SheetView, views_over),
)
