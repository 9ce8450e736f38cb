"""What a person writes first: every picture of a folder through the official client, so many at a time. For Benchmarks/throughput.

usage: plain_client.py FOLDER BASE_URL CONCURRENCY
"""

import asyncio
import base64
import pathlib
import sys

from openai import AsyncOpenAI


async def main(folder, base_url, concurrency):
    client, free = AsyncOpenAI(base_url=base_url, api_key="none"), asyncio.Semaphore(concurrency)

    async def caption(path):
        async with free:
            data = base64.b64encode(path.read_bytes()).decode()
            content = [{"type": "text", "text": "Describe."}, {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{data}"}}]
            answer = await client.chat.completions.create(model="m", messages=[{"role": "user", "content": content}])
            return answer.choices[0].message.content

    captions = await asyncio.gather(*map(caption, sorted(pathlib.Path(folder).iterdir())))
    assert all(captions)


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
